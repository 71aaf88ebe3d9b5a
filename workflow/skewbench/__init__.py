"""Skewbench: a benchmarking study of class-imbalance strategies."""

__version__ = "0.1.0"
