"""What keeps people from being named: keys and, later, disclosure control and linkage."""
