"""Who is said to lead beyond their own school, by whom, and which person and school is meant?"""
