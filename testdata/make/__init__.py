"""Makes the sample release: see testdata/README.md."""
