"""The algorithms: each says where its item features come from."""
