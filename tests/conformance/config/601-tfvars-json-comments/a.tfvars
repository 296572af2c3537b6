a = "from-a"
c = null
d = { x = [1, true, null], "y z" = "q" }
