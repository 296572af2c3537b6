resource "terraform_data" "a" {
  input = { k = 10, l = 20 }
  lifecycle { ignore_changes = [input["k"]] }
}
resource "terraform_data" "b" {
  input = { k = 10, l = 20 }
  lifecycle { ignore_changes = [input.k] }
}
resource "terraform_data" "c" {
  input = { k = 10, l = 20 }
  lifecycle { ignore_changes = [input] }
}
resource "terraform_data" "d" {
  input = tomap({ k = 10, l = 20 })
  lifecycle { ignore_changes = [input["k"]] }
}
resource "terraform_data" "e" {
  input = [10, 20]
  lifecycle { ignore_changes = [input[0]] }
}
resource "terraform_data" "f" {
  input = 2
  triggers_replace = 2
  lifecycle { ignore_changes = all }
}
