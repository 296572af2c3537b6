resource "terraform_data" "a" {}
removed {
  from = terraform_data.a
  lifecycle {
    destroy = false
  }
}
module "m" { source = "./m" }
removed {
  from = module.m
  lifecycle {
    destroy = false
  }
}
