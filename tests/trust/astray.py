"""Addresses that are no node's, and that lead into private networks."""

UNUSABLE = [
    *("", "dwp", "ftp://a.example", "file:///etc/passwd", "gopher://a.example", "http://", "//a"),
    *("http://user@a.example", "http://user:pw@a.example", "http://a.example/path", "http://a b"),
    *("http://a.example?x=1", "http://a.example#x", "http://a.example:0", "http://a.example:99999"),
    *("http://a.example\r\nx: y", "http://a.example%2f", "http://a.example\\@b", "http://[::1"),
    *("javascript:alert(1)", "data:text/plain,x", "unix:/run/x.sock", "http://127.0.0.1:80:80"),
]
ASTRAY = [
    *("http://10.0.0.1", "http://192.168.1.1", "http://172.16.0.1", "http://169.254.169.254"),
    *("http://0.0.0.0", "http://[::1]:80", "http://[fe80::1]", "http://[fc00::1]", "http://[::]"),
    *("http://[::ffff:10.0.0.1]", "http://[64:ff9b::a00:1]", "http://[2002:a00:1::]"),
    *("http://0x0a000001", "http://167772161", "http://012.0.0.1", "http://224.0.0.1"),
    "http://255.255.255.255",
]
