"""Trade flows: read, compared within one edition of the Harmonised System, looked through for signs of diversion."""
