"""What every messenger's stand-in is made of: news, faults, the record of calls, windows of time.

Knows no messenger: their words, objects and rules are in the packages beside this one.
"""
