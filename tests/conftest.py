"""Lets every test module import ``small_cells``: pytest puts this folder on the import path."""
