"""How the site is: readiness, figures for Prometheus, drift, and what the admin's first page says."""
