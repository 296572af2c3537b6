resource "terraform_data" "p" { input = "x.tfstate" }
data "terraform_remote_state" "a" {
  backend = "local"
  config = { path = terraform_data.p.output }
}
output "o" { value = data.terraform_remote_state.a.outputs }
output "q" { value = data.terraform_remote_state.a.outputs.x }
