// qstrs that no source names.
Q(/lib)
