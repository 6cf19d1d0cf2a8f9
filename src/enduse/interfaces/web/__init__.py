"""The web: pages made on the server, which work without a script. They decide nothing and store nothing.

What is asked stands in the address (in the body where that is too long), so a page can be bookmarked, sent and printed.
"""

from enduse.interfaces.web.page import NAVIGATION
from enduse.interfaces.web.routes import router_of, web_router
from enduse.interfaces.web.uploads import Uploads

__all__ = ["NAVIGATION", "Uploads", "router_of", "web_router"]
