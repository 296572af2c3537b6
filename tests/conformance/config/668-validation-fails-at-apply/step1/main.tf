resource "terraform_data" "t" { input = "y" }
module "m" {
  source = "./m"
  v = terraform_data.t.output
}
resource "terraform_data" "after" { input = module.m.v }
