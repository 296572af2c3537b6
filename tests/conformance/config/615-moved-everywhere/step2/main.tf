resource "terraform_data" "b" { input = 1 }
moved {
  from = terraform_data.a
  to = terraform_data.b
}
resource "terraform_data" "d" {
  for_each = toset(["p", "q"])
  input = each.key
}
moved {
  from = terraform_data.c[0]
  to = terraform_data.d["p"]
}
moved {
  from = terraform_data.c[1]
  to = terraform_data.d["q"]
}
module "n" {
  source = "./m"
  count = 2
  n = 1
}
moved {
  from = module.m
  to = module.n[1]
}
resource "terraform_data" "g" {
  for_each = toset(["x", "z"])
  input = each.key
}
moved {
  from = terraform_data.f
  to = terraform_data.g
}
