"""The coalition in a browser: notices, what is due, members, what they publish, denials that they told of."""
