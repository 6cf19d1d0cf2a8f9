"""The nouns of export control as frozen, typed values: no input or output, no framework.

Read ``transaction`` (what is asked), ``party`` (who is listed, by whom, since when) and
``assessment`` (what the law says, and why).
"""
