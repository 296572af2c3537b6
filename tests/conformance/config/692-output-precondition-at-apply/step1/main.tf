resource "terraform_data" "t" { input = "y" }
module "m" {
  source = "./m"
  v = terraform_data.t.output
}
resource "terraform_data" "after" { input = module.m.v }
resource "terraform_data" "free" { input = terraform_data.t.output }
output "x" { value = module.m.v }
