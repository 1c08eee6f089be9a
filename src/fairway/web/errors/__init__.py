"""What people see when something cannot be done."""
