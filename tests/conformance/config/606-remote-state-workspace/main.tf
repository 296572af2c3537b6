data "terraform_remote_state" "a" {
  backend = "local"
  workspace = "blue"
  config = { path = "x.tfstate", workspace_dir = "wd" }
  defaults = { y = 1 }
}
output "o" { value = data.terraform_remote_state.a.outputs }
