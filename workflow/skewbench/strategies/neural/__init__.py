"""Neural strategies: losses, sampling and schedules of one network, as data. Needs PyTorch.

Only :mod:`.settings`, what a catalogue entry may say, is free of PyTorch; a study reads it.
"""
