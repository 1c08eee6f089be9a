"""What travels between nodes: the key they sign with, and requests on their way out."""
