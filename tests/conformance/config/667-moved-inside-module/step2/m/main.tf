resource "terraform_data" "s" { input = 1 }
moved {
  from = terraform_data.r
  to = terraform_data.s
}
