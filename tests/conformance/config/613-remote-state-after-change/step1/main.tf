resource "terraform_data" "p" { input = 1 }
data "terraform_remote_state" "a" {
  backend = "local"
  config = { path = "x.tfstate" }
  depends_on = [terraform_data.p]
}
output "o" { value = data.terraform_remote_state.a.outputs.v }
