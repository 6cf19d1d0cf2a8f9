"""FollowTheMoney entities, read and written natively: schemata and properties are a table, ``schemata.yaml``.

Source: the entity model at https://followthemoney.tech.
"""
