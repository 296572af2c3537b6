a = { x = ["1", 2], y = [] }
b = [{ n = 1 }, { n = "1", v = null }, { n = "z", v = "false" }]
c = [5, { k = 1, j = "x" }]
d = { l = [1, "a", true], m = { q = null, r = 5 } }
