# Code lies in the memory that the heap has too: nothing is frozen.
