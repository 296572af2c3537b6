locals {
  a = [for x in [1, 2] : x.y]
  b = { a = 1 }.c
  c = tonumber("x")
  d = element([], 0)
}
