"""What end-to-end tests share: browsers with ears, and the pages as people use them."""
