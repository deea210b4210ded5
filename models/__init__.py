"""What can be learned. The only files that touch scikit-learn, spaCy, sentence-transformers and faiss."""
