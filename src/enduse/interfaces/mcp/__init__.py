"""Tools for agents, by the Model Context Protocol. They read and answer; nothing is stored.

Source: https://modelcontextprotocol.io/specification
"""
