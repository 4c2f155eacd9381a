"""Trees and their contents: blobs in the database, everything else pure."""
