"""The measured claims, each beside its floor measured in the same run: `make bench`."""
