"""Trade flows for every interface: files read, hubs judged, the report."""
