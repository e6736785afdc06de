"""Which other sites may show the portal within their pages."""
