data "terraform_remote_state" "a" {
  backend = "local"
  config = { path = "x.tfstate" }
  defaults = { y = 1 }
}
output "o" { value = data.terraform_remote_state.a.outputs }
