resource "terraform_data" "a" { input = 1 }
resource "terraform_data" "b" { input = 1 }
module "m" {
  source = "./m"
  v = terraform_data.a.id
}
output "o" { value = module.m.p }
output "q" { value = terraform_data.b.id }
