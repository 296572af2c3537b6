resource "terraform_data" "t" { input = "y" }
module "m" {
  source = "./m"
  v = terraform_data.t.output
}
module "n" {
  source = "./m"
  count = 2
  v = "${terraform_data.t.output}${count.index}"
}
output "o" { value = module.m.v }
output "p" { value = terraform_data.t.output }
