"""What every voice engine must do, proved by tones."""
