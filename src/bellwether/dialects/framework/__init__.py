"""What every dialect is made with: route tables, bodies, credentials, errors, OpenAPI."""
