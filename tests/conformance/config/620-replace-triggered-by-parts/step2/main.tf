resource "terraform_data" "v" { input = { x = 1, y = 2 } }
resource "terraform_data" "c" {
  count = 2
  input = count.index == 1 ? 5 : 0
}
resource "terraform_data" "a" {
  lifecycle { replace_triggered_by = [terraform_data.v.input.x] }
}
resource "terraform_data" "b" {
  lifecycle { replace_triggered_by = [terraform_data.v] }
}
resource "terraform_data" "d" {
  lifecycle { replace_triggered_by = [terraform_data.c[0]] }
}
resource "terraform_data" "e" {
  lifecycle { replace_triggered_by = [terraform_data.c] }
}
resource "terraform_data" "f" {
  lifecycle { replace_triggered_by = [terraform_data.v.input] }
}
