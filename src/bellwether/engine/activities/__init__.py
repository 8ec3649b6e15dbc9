"""Activities: what people do, logged durably and worked into what is read."""
