"""The report of a study: one self-contained HTML page made from its tables and figures.

``inputs`` reads the files, ``answer`` and ``findings`` turn tables into sentences, ``columns``
writes cells, ``specs`` and ``layout`` say what is shown where, ``page`` writes the HTML.
"""
