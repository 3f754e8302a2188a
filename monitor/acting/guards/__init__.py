"""What must hold before anything is patched: fifteen guards, in order, on one fresh read.

Way of an event: steps 12 and 14. Pure. `situation` is all that they look at, `order` asks them one after the other, and
only what it clears can be made into a patch; a conflict means a new read and all guards again.
"""
