locals {
  a = { x = local.a }
  b = [for x in [1] : local.b]
}
