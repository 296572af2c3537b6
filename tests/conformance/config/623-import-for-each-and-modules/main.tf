import {
  to = terraform_data.a
  id = "abc"
}
resource "terraform_data" "a" { }
import {
  for_each = { x = "id-x", y = "id-y" }
  to = terraform_data.b[each.key]
  id = each.value
}
resource "terraform_data" "b" { for_each = toset(["x", "y"]) }
import {
  to = module.m.terraform_data.r
  id = "modid"
}
module "m" { source = "./m" }
locals { i = "loc" }
import {
  to = terraform_data.c[0]
  id = local.i
}
resource "terraform_data" "c" {
  count = 2
  input = 1
}
