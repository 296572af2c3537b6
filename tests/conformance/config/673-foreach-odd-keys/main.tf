resource "terraform_data" "a" {
  for_each = { "a b" = 1, "c\"d" = 2, "e.f" = 3, "g/h" = 4, "é" = 5, "n\nl" = 6, "$${x}" = 7, "%%{x}" = 8 }
  input = each.key
}
