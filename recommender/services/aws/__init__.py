"""What movierec does on Amazon EC2: it leaves in time, asks for as many workers as there is work, reports figures."""
