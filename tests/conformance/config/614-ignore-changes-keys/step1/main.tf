resource "terraform_data" "a" { input = { k = 1, l = 2 } }
resource "terraform_data" "b" { input = { k = 1, l = 2 } }
resource "terraform_data" "c" { input = { k = 1, l = 2 } }
resource "terraform_data" "d" { input = tomap({ k = 1, l = 2 }) }
resource "terraform_data" "e" { input = [1, 2] }
resource "terraform_data" "f" {
  input = 1
  triggers_replace = 1
}
