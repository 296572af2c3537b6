terraform {
  required_providers {
    conf = { source = "conformance/conf" }
  }
}
module "m" {
  source = "./m"
}
